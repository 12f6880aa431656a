"""The browser's way in: pages and an API over the same functions that commands use.

A page is one file in `pages/`, an endpoint of the API one file in `api/`; the folder is the list.
To add a page, write `pages/<word>.py` with

- `ROUTES`: a tuple of `Route(path, handler)`, which also says the method and the role wanted;
- `MENU`: `Menu(place, path, words)` for a link in the top bar, or None;

and `pages/<word>.html` beside it, which extends `base.html`. A handler is a plain function: it
gets a `Visit` (the lake, the state of the URL, who asks, in which language), may take its time in
DuckDB, and returns a `Page` (template and values), a `Redirect` or a `Download`. It raises errors
of `model/errors.py`; the page that says so is made here. `pages/fields.py` is one to copy.

All state of a page stands in its URL. Links are made by `state.having(q=..., after=None)`, never
put together by hand. Sentences are `language.phrase("...")` in Python and `_("...")` in a template;
a test wants each in French. In a template, whatever is no sentence of ours is escaped by itself,
for HTML and for eyes; the filter `device` also marks what cannot be seen.

What this room never does: open a connection, run a script of somebody else, show a trace.
"""
