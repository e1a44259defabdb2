# Keys only: nothing of PAM, Kerberos, SELinux and systemd. The one library besides libc is OpenSSL's, for RSA keys.
autoreconf -fi
./configure --prefix=/usr --sysconfdir=/etc/ssh --libexecdir=/usr/lib/openssh --with-privsep-path=/run/sshd \
  --with-privsep-user=sshd --with-pid-dir=/run --with-default-path=/usr/local/bin:/usr/bin:/usr/sbin \
  --without-pam --without-selinux --without-kerberos5 --without-zlib-version-check --disable-lastlog \
  --disable-utmp --disable-wtmp --without-security-key-builtin --disable-strip
make -j"$JOBS" sshd sshd-session sshd-auth ssh-keygen scp
install -D -t "$OUT/usr/sbin" sshd
install -D -t "$OUT/usr/lib/openssh" sshd-session sshd-auth
install -D -t "$OUT/usr/bin" ssh-keygen scp
