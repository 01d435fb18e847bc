"""A feed for each partner: what may be told of whom, the one writer, and the ways out."""
