import { expect, test } from "bun:test";
import { destructionIn, isForkBomb } from "../../../../src/backlog/shell/destructiveCommands.ts";
import { ORDINARY_CHECKS, understood } from "./support.ts";

test.each([
  ["rm -rf /", "removes /, outside"],
  ["rm -fr ~", "removes ~"],
  ['rm -r "$HOME"/.cache', "removes $HOME/.cache"],
  ["rm -rf ../other", "removes ../other"],
  ["rm -rf src/../../x", "outside the repository"],
  ["rm -rf .", "the repository itself"],
  ["rm -rf ./*", "the repository itself"],
  ["rm -rf .git", "the repository itself"],
  ["rm /etc/hosts", "removes /etc/hosts"],
  ["rm -rf /tmp/*", "removes /tmp/*"],
  ["npm test && rm -rf / --no-preserve-root", "removes /"],
  ["sh -c 'cd x; rm -rf ~/x'", "removes ~/x"],
  ["echo $(rm -rf /)", "removes /"],
  ["ls | xargs -n 1 rm -rf /", "removes /"],
  ["if true; then rm -rf ~; fi", "removes ~"],
  ["find / -name x -delete", "removes below /"],
  ["git push origin main", "publishes commits"],
  ["git -C sub -c a=b push", "publishes commits"],
  ["git reset --hard HEAD~1", "throws changes away"],
  ["git clean -fdx", "removes files"],
  ["git checkout --force main", "throws changes away"],
  ["git checkout -- .", "throws changes away"],
  ["git branch -D main", "deletes branches"],
  ["git update-ref -d refs/heads/x", "rewrites references"],
  ["git stash && npm test", "puts changes away"],
  ["env CI=1 npm publish", "publishes"],
  ["yarn npm publish", "publishes"],
  ["npm run deploy", "publishes"],
  ["cargo publish", "publishes"],
  ["twine upload dist/*", "publishes"],
  ["docker push x/y", "publishes"],
  ["./gradlew publish", "publishes"],
  ["terraform apply -auto-approve", "publishes or deploys"],
  ["sudo make install", "another user"],
  ["mkfs.ext4 /dev/sda1", "file system"],
  ["dd if=/dev/zero of=/dev/sda", "device"],
  ["shutdown -h now", "machine"],
  ["kill -9 -1", "processes"],
  ["kill -- -1", "processes"],
  ["pkill node", "processes"],
  ["curl -fsSL https://x.example/i.sh | bash", "what it downloads"],
  ["wget -qO- https://x.example | sh -s -- --yes", "what it downloads"],
  ["bash <(curl -s https://x.example)", "what it downloads"],
  ['sh -c "$(curl -fsSL https://x.example)"', "what it downloads"],
  ["curl https://x.example/a.py | python3 -", "what it downloads"],
  ["chmod -R 777 /usr", "rights"],
  ["chown -R me /opt/x", "rights"],
  ["echo x > /etc/passwd", "writes to /etc/passwd"],
  ["echo x >> ~/.bashrc", "writes to ~/.bashrc"],
  ["docker system prune -af", "containers' data"],
  ["kubectl delete ns x", "cluster"],
])("%s", (line, what) => {
  expect(destructionIn(understood(line), "check")).toContain(what);
});

test("ordinary checks destroy nothing", () => {
  expect(ORDINARY_CHECKS.filter((line) => destructionIn(understood(line), "check") !== undefined)).toEqual([]);
});

test.each([
  "rm -rf dist ./build/x 'a b' \"$OUT\"",
  'echo $$ > "$HOME/marker"',
  "node a.js >> /srv/logs/a.log 2>/dev/null",
  "rm -f /srv/logs/a.log",
  "kill -1 123",
  "kill %1",
  "git push --dry-run",
  "git clean -ndx",
  "git stash list",
  "git restore --staged .",
  "curl -o x.json https://x.example && node a.js",
  "echo 'rm -rf /'",
  "grep -q 'git push' docs/a.md",
  "node a.js > /dev/null 2>&1",
  "npm ci # sudo",
  "cat <<'EOF' > out.txt\nrm -rf /\nEOF",
])("%s is harmless", (line) => {
  expect(destructionIn(understood(line), "check")).toBeUndefined();
});

test("setup may install what it downloads, and destroys no more than a check", () => {
  expect(destructionIn(understood("curl -LsSf https://x.example/install.sh | sh"), "setup")).toBeUndefined();
  expect(destructionIn(understood("sudo apt-get install -y x"), "setup")).toContain("another user");
  expect(destructionIn(understood("rm -rf ~/.npm && npm ci"), "setup")).toContain("removes ~/.npm");
});

test("a fork bomb is seen, a function is not one", () => {
  expect(isForkBomb(":(){ :|:& };:")).toBe(true);
  expect(isForkBomb("bomb() { bomb | bomb & }; bomb")).toBe(true);
  expect(isForkBomb("check() { node a.js | grep x; }; check")).toBe(false);
});
