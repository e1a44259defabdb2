# Compressed modules are read with the libraries' static parts; signatures, for which it would take all of OpenSSL, are
# told by the kernel.
meson setup build --prefix=/usr --buildtype=plain -Db_pie=true -Dopenssl=disabled -Dzlib=enabled -Dxz=enabled \
  -Dzstd=enabled -Dmanpages=false -Dprefer_static=true \
  -Dbashcompletiondir=no -Dfishcompletiondir=no -Dzshcompletiondir=no
ninja -C build -j"$JOBS" kmod
install -D build/kmod "$OUT/usr/bin/kmod"
