# One program, with its own library in it. Nothing of udev, which the guest does not have: with it each change of a mapped
# disk would be waited for. OpenSSL is named here, as its meson.build forgets it where the library is a static one.
export LDFLAGS="$LDFLAGS -Wl,--push-state,--no-as-needed -lcrypto -Wl,--pop-state"
meson setup build --prefix=/usr --buildtype=plain -Db_pie=true -Ddefault_library=static -Dcrypto-backend=openssl \
  -Dudev=false -Dssh-token=false -Dexternal-tokens=false -Dveritysetup=false -Dintegritysetup=false -Dnls=false \
  -Dasciidoc=disabled
ninja -C build -j"$JOBS" src/cryptsetup
install -D build/src/cryptsetup "$OUT/usr/sbin/cryptsetup"
