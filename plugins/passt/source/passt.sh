# Its Makefile compiles all files of a program at once, and optimises for speed: ours says last what is wanted. The
# name of the version is the one that passt --version tells.
make -j"$JOBS" passt VERSION="$(dpkg-parsechangelog -SVersion)"
install -D passt "$OUT/usr/bin/passt"
ln -s passt "$OUT/usr/bin/pasta"
