"""Where and what: departments, provinces, municipalities, communities and the product catalogue."""
