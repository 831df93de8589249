"""Pure functions on documents and texts, and the Scrapy stages round them."""
