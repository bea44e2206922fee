"""What a client does wrong: the document's rules for clients, and a watcher that names each breach."""
