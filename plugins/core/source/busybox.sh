# Its configuration is the list beside this; an option that its own kconfig does not take stops the build.
# allnoconfig would empty its paths too.
make defconfig > /dev/null
sed -i -E 's/^(CONFIG_[^=]*)=y$/# \1 is not set/' .config
sed -E '/^#/d; s/: .*//' "$FILES/config" | tr -s ' ' '\n' | sed -E '/=/!s/$/=y/; s/^/CONFIG_/' > wanted
sed -E 's/^([^=]*)=n$/# \1 is not set/' wanted > .config.wanted
cut -d= -f1 wanted | while read -r name; do sed -i "/^$name=/d; /^# $name is not set/d" .config; done
cat .config.wanted >> .config
yes '' | make oldconfig > /dev/null
lost=$(grep -v '=n$' wanted | grep -Fxvf .config || true)
[ -z "$lost" ] || { echo "busybox does not take: $lost"; exit 1; }
flags="$CFLAGS $CPPFLAGS"
unset CFLAGS CPPFLAGS LDFLAGS # its Makefile puts these into places where they don't fit
make -j"$JOBS" CONFIG_EXTRA_CFLAGS="$flags" CFLAGS_busybox="-static-pie -Wl,-z,relro,-z,now -Wl,--gc-sections" busybox
install -D busybox "$OUT/usr/bin/busybox"
install -d "$OUT/usr/sbin"
ln -s ../bin/busybox "$OUT/usr/sbin/inetd"
