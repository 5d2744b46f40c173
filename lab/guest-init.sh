#!/bin/busybox sh
# The lab's guest: mounts, modules, devices to vfio-pci, then the jobs. Answers go to the second serial port.
/bin/busybox mkdir -p /proc /sys /dev /tmp /run
/bin/busybox --install -s /bin
export PATH=/bin HOME=/root TERM=dumb DOTNET_EnableDiagnostics=0 NO_COLOR=1
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
mount -t tracefs trace /sys/kernel/tracing 2>/dev/null
echo 1 > /proc/sys/kernel/printk
stty -F /dev/ttyS1 raw -echo 2>/dev/null
exec 3<> /dev/ttyS1
say() { echo "$*" >&3; }

. /lab/settings
while read -r module; do
    insmod "/modules/$module.ko" $(eval echo "\$options_$module") 2>/run/err || say "@note $module: $(cat /run/err)"
done < /modules/order

# give ADDRESS DRIVER: hands a device over.
give() {
    [ ! -e "/sys/bus/pci/devices/$1/driver" ] || echo "$1" > "/sys/bus/pci/devices/$1/driver/unbind"
    echo "$2" > "/sys/bus/pci/devices/$1/driver_override"
    echo "$1" > /sys/bus/pci/drivers_probe
}
# device BYTES: the address of the lab's device whose BAR 2 has that many bytes.
device() {
    for d in /sys/bus/pci/devices/*; do
        [ "$(cat "$d/vendor")$(cat "$d/device")" = 0x1af40x1110 ] || continue
        set -- "$1" $(sed -n 3p "$d/resource")
        [ $(($3 - $2 + 1)) -ne "$1" ] || { echo "${d##*/}"; return; }
    done
}
# job NAME COMMAND..: runs it; its output, its errors and its exit code go to the host.
job() {
    name=$1; shift
    say "@job $name"
    "$@" > /run/out 2> /run/err < /dev/null
    rc=$?
    sed 's/^/> /' /run/out >&3
    sed 's/^/! /' /run/err >&3
    say "@end $name $rc"
}
# hold NAME COMMAND..: the same for a command that reports on standard error and waits for a line; the host says when.
hold() {
    name=$1; shift
    say "@job $name"
    rm -f /run/line; mkfifo /run/line
    "$@" > /run/out 2> /run/err < /run/line &
    pid=$!
    exec 4> /run/line
    while [ -d /proc/$pid ] && ! grep -q 'held: ' /run/err; do sleep 0.1; done
    if grep -q 'held: ' /run/err; then
        say "@held $name $(grep 'held: ' /run/err)"
        read -r line <&3
    fi
    echo >&4
    exec 4>&-
    wait $pid
    rc=$?
    sed 's/^/> /' /run/out >&3
    sed 's/^/! /' /run/err >&3
    say "@end $name $rc"
}

if [ -e /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts ]; then
    echo 1 > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts
fi
for d in /sys/bus/pci/devices/*; do
    [ "$vfio" != yes ] || [ "$(cat "$d/vendor")$(cat "$d/device")" != 0x1af40x1110 ] || give "${d##*/}" vfio-pci
done
say "@up $(uname -r) $(cut -d' ' -f1 /proc/uptime)"
. /lab/jobs
say "@down $(cut -d' ' -f1 /proc/uptime)"
sync
poweroff -f
