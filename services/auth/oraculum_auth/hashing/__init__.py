"""Where Argon2id is computed: in processes that yield to everything else on the machine, or in threads of our own."""
