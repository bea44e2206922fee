"""The command nvr-conformance: a file a subcommand; options, exit statuses."""
