# Its own libraries are linked into each program: there are three of them, and nothing else wants those libraries.
./configure --prefix=/usr --sbindir=/usr/sbin --sysconfdir=/etc --enable-libuuid --enable-libblkid --disable-nls \
  --disable-debugfs --disable-imager --disable-defrag --disable-fuse2fs --disable-tdb --disable-uuidd \
  --disable-e2initrd-helper --disable-rpath --with-libarchive=no --with-udev-rules-dir=no \
  --with-crond-dir=no --with-systemd-unit-dir=no
make -j"$JOBS" libs
make -j"$JOBS" -C e2fsck e2fsck
make -j"$JOBS" -C misc mke2fs mke2fs.conf
make -j"$JOBS" -C resize resize2fs
install -D -t "$OUT/usr/sbin" e2fsck/e2fsck misc/mke2fs resize/resize2fs
install -D -m 644 misc/mke2fs.conf "$OUT/etc/mke2fs.conf"
