# Without systemd's watchdog, and what it takes of libraries is little, so it brings that along.
sed '/^--- a\/Makefile/,$d' debian/patches/sd_daemon | patch -R -p1
cc $CPPFLAGS $CFLAGS -Dprogname='"inetd"' $(pkg-config --cflags libbsd-overlay libtirpc) inetd.c \
  $LDFLAGS -o inetd -l:libevent_core.a -l:libtirpc.a -l:libbsd.a -l:libmd.a
install -D inetd "$OUT/usr/sbin/inetd"
