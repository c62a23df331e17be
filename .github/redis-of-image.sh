#!/bin/sh
# Usage: redis-of-image.sh <image> <folder>
# Copies the server of a Debian image, with the libraries it was built for, into <folder>, and makes
# <folder>/bin/redis-server run it here as an ordinary process. So every test can start, freeze and kill it.
set -eu
image=$1
mkdir -p "$2/image" "$2/bin"
folder=$(cd "$2" && pwd)

container=$(docker create "$image")
docker export "$container" | tar -x -C "$folder/image" --no-same-owner usr/local/bin usr/lib
docker rm "$container" >/dev/null

libraries=$(echo "$folder"/image/usr/lib/*-linux-gnu)
loader=$(echo "$libraries"/ld-linux-*.so.*)
for name in valkey-server redis-server; do
  if [ -x "$folder/image/usr/local/bin/$name" ]; then server=$folder/image/usr/local/bin/$name; fi
done
cat >"$folder/bin/redis-server" <<END
#!/bin/sh
exec "$loader" --library-path "$libraries" "$server" "\$@"
END
chmod +x "$folder/bin/redis-server"
"$folder/bin/redis-server" --version
