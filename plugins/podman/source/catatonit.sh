# podman puts it into containers, whose libraries are not ours: so it is linked with its own.
autoreconf -fi
./configure --prefix=/usr
make catatonit.o
cc $CFLAGS catatonit.o -o catatonit $LDFLAGS -static-pie
install -D catatonit "$OUT/usr/bin/catatonit"
install -d "$OUT/usr/libexec/podman"
ln -s ../../bin/catatonit "$OUT/usr/libexec/podman/catatonit"
