# Builds the kernel of a configuration: the same bytes wherever and whenever that is done.
unset CFLAGS CPPFLAGS LDFLAGS
export KBUILD_BUILD_USER=boot2podman KBUILD_BUILD_HOST=build KBUILD_BUILD_VERSION=1
export KBUILD_BUILD_TIMESTAMP="@$SOURCE_DATE_EPOCH"
cp "$FILES/config" .config
make -j"$JOBS" "$(make -s image_name | sed 's,.*/,,')"
cmp "$FILES/config" .config
cp "$(make -s image_name)" "$OUT/vmlinuz"
cp .config modules.builtin modules.builtin.modinfo "$OUT/"
make -s kernelrelease > "$OUT/release"
