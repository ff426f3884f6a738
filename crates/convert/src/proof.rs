//! The proof: what a program writes says what the configuration said, argument by argument.
