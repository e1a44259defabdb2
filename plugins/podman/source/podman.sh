# Go builds a program of one main package. So each of the three is copied, and its main package becomes one that can be
# imported, with a Main. What it hooks into the command line, which they share, waits until it is the one called.
joined() { # MODULE NAME
  cp -r "$(go list -m -f '{{.Dir}}' "$1")" "$2"
  chmod -R u+w "$2"
  sed -i "s/^package main\(_test\)*\$/package $2\1/
    s/cobra\.OnInitialize(/whenCalled(/
    s/^func main() {/func Main() {\n\tcobra.OnInitialize(hooks...)/" "$2/cmd/$2"/*.go
  cat > "$2/cmd/$2/joined.go" <<END
package $2

var hooks []func()

func whenCalled(more ...func()) { hooks = append(hooks, more...) }
END
  go mod edit -replace "$1=./$2"
}
joined github.com/containers/podman/v5 podman
joined github.com/containers/buildah buildah
joined github.com/containers/skopeo skopeo
# skopeo 1.19 is the last one that is served, and knows the libraries by the names that they had before they moved.
find skopeo -name '*.go' -exec sed -i 's#"github.com/containers/\(image/v5\|storage\|common\)#"go.podman.io/\1#' {} +
printf 'module github.com/containers/skopeo\n\ngo 1.25.0\n' > skopeo/go.mod
rm tools.go
mkdir -p "$OUT/usr/bin"
ln -s podman "$OUT/usr/bin/buildah"
ln -s podman "$OUT/usr/bin/skopeo"
