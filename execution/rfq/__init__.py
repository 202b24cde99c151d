"""Request for quote: dealers, their venue, what they will quote, whom to ask, what asking leaks."""
