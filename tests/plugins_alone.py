"""A pytest that a test starts, without the plugins of others, whose imports take long."""

WITHOUT_OTHERS = tuple(
    word
    for plugin in ("cacheprovider", "xdist", "hypothesispytest", "anyio")
    for word in ("-p", f"no:{plugin}")
)
