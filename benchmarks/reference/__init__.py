"""What the benchmarks and the tests measure the cascade against."""
