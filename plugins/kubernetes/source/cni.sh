# Go builds a program of one main package. So the plugins are copied, and each becomes a package that can be imported, with
# a Main: one program, because most of each plugin is the same libraries.
cp -r "$(go list -m -f '{{.Dir}}' github.com/containernetworking/plugins)" plugins
chmod -R u+w plugins
find plugins/plugins -name '*_test.go' -delete
find plugins/plugins -name '*.go' \
  -exec sed -i 's/^package main$/package plugin/; s/^func main() {$/func Main() {/' {} +
go mod edit -replace github.com/containernetworking/plugins=./plugins
rm tools.go
export CGO_ENABLED=0
