# pinns, which holds the namespaces of a pod open; crio starts it.
mkdir -p "$OUT/usr/bin"
# shellcheck disable=SC2086 # these are lists of flags
gcc $CPPFLAGS $CFLAGS $LDFLAGS -o "$OUT/usr/bin/pinns" "$(go list -m -f '{{.Dir}}' github.com/cri-o/cri-o)"/pinns/src/*.c
