"""A pytest that a test starts, without the plugins of others: two fifths of its start are theirs."""

WITHOUT_OTHERS = tuple(
    word
    for plugin in ("cacheprovider", "xdist", "hypothesispytest", "anyio")
    for word in ("-p", f"no:{plugin}")
)
