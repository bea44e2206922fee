"""A network disk recorder that runs in memory: the machine, its server and its control port."""
