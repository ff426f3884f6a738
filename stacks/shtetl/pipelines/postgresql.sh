# The server's version of the environments: the runner has another, on which statements may mean something else.
sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y
sudo apt-get install --yes --no-install-recommends "postgresql-$VERSION"
echo "/usr/lib/postgresql/$VERSION/bin" >> "$GITHUB_PATH"
