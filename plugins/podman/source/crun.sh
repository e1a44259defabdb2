# No systemd here: cgroups are made as files. Checkpoints and wasm are left out.
autoreconf -fi
./configure --prefix=/usr --disable-systemd --disable-criu --disable-dl
make -j"$JOBS"
install -D crun "$OUT/usr/bin/crun"
