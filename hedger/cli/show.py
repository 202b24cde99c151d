"""`hedger scenarios` and `hedger schema`: what is shipped, and what --json prints."""

from __future__ import annotations

import click


@click.command()
def scenarios() -> None:
    """List the shipped scenarios, markets and portfolios."""
    from execution.market.scenario import load_market, market_names
    from hedger.api import shipped_portfolios
    from hedger.scenario import load_scenario, scenario_names

    click.echo("Scenarios, for 'hedger replay NAME --portfolio FILE':")
    for name in scenario_names():
        click.echo(f"  {name:<24}{load_scenario(name).title}")
    click.echo("Markets, for 'hedger market report --scenario NAME':")
    for name in market_names():
        click.echo(f"  {name:<24}{load_market(name).title}")
    click.echo("Portfolios, for 'hedger run NAME':")
    for name, path in shipped_portfolios().items():
        click.echo(f"  {name:<24}{path}")


@click.command(short_help="Print the JSON Schema of what --json prints.")
@click.argument(
    "name",
    type=click.Choice(
        (
            "run",
            "replay",
            "price",
            "spread",
            "synthetic",
            "surface",
            "forecast",
            "market",
            "tca",
            "rfq",
            "execute",
        )
    ),
    default="run",
)
def schema(name: str) -> None:
    """Print the JSON Schema of what 'hedger NAME --json' prints: run, replay, price ..."""
    from hedger.report.json_document import dumps
    from hedger.report.json_document import schema as find_schema

    click.echo(dumps(find_schema(name)))
