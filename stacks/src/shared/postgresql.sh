# The version of the environments: the runner has another, which may read statements otherwise, or refuse to dump them.
sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y
sudo apt-get install --yes --no-install-recommends "$PACKAGE-$VERSION"
echo "/usr/lib/postgresql/$VERSION/bin" >> "$GITHUB_PATH"
