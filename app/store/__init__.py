"""What a site keeps when its processes end: short links. None unless whoever runs it says where.

`python -m app.store` makes, keeps and moves one; docs/store.md tells how.
"""
