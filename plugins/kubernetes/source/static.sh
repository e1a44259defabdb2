# As it is released: without C, so without libraries of the system.
export CGO_ENABLED=0
