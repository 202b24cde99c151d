"""What execution raises."""


class ExecutionError(Exception):
    """Root of every error raised by execution."""


class OrderRejectedError(ExecutionError):
    """An order breaks a rule of its instrument or venue; the message names the rule and the value."""


class BookCapacityError(ExecutionError):
    """A message would leave the book's price range or fill its order pool; the book is unchanged."""
