"""One visitor: their history, what their page has said, what it may be told next."""
