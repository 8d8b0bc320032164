"""Reading recordings through the very decoders that read the venues live."""
