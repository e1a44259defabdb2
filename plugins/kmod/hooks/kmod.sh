# kmod looks modules up in tables of its own, and busybox in the text beside them: from here on the kernel asks kmod.
{
    /usr/local/sbin/depmod && echo /usr/local/sbin/modprobe > /proc/sys/kernel/modprobe
} > /run/kmod.log 2>&1 &
