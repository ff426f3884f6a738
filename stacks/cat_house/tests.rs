//! Cat-house's documents hold what its story asks for.
