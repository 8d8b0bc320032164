"""Answers that many ask for, kept in memory and in Valkey until something is said that changes them."""
