# Nothing of systemd, which the guest does not have, and no checkpoints, for which it has no criu. Its JSON library is
# linked in: nothing else wants that. Debian's package has neither lua nor python either.
./configure --prefix=/usr --disable-systemd --disable-criu --enable-embedded-yajl --disable-libcrun \
  --disable-silent-rules
# First, as the headers that are made of the JSON schemas are no prerequisite of what includes them.
make -C libocispec -j"$JOBS"
make git-version.h
make -j"$JOBS" crun
install -D crun "$OUT/usr/bin/crun"
