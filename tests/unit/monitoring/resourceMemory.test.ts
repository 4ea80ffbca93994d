import { expect, test } from "bun:test";
import { platform } from "node:os";
import { readMemoryUse } from "../../../src/monitoring/resourceMemory.ts";

const ROOMY = "MemTotal: 16000000 kB\nMemFree: 1000 kB\nMemAvailable: 12000000 kB\n";
const isLinux = platform() === "linux";

function useOf(files: Readonly<Record<string, string>>): Promise<number | undefined> {
  return readMemoryUse(async (path) => files[path]);
}

test.if(isLinux)("of the machine: what the system would give back at once is not taken", async () => {
  expect(await useOf({ "/proc/meminfo": ROOMY })).toBeCloseTo(0.25);
});

test.if(isLinux)("of a control group with a limit, or of one that holds it; cached files are not taken", async () => {
  const version2 = {
    "/proc/meminfo": ROOMY,
    "/proc/self/cgroup": "0::/user.slice/job\n",
    "/sys/fs/cgroup/user.slice/job/memory.max": "max\n",
    "/sys/fs/cgroup/user.slice/job/memory.current": "900000000\n",
    "/sys/fs/cgroup/user.slice/memory.max": "1000000000\n",
    "/sys/fs/cgroup/user.slice/memory.current": "900000000\n",
    "/sys/fs/cgroup/user.slice/memory.stat": "anon 500000000\ninactive_file 200000000\nactive_file 100000000\n",
  };
  expect(await useOf(version2)).toBeCloseTo(0.6);
  const version1 = {
    "/proc/meminfo": ROOMY,
    "/proc/self/cgroup": "5:cpu,cpuacct:/\n4:memory:/docker/abc\n0::/\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "1000000000\n",
    "/sys/fs/cgroup/memory/memory.usage_in_bytes": "950000000\n",
    "/sys/fs/cgroup/memory/memory.stat":
      "cache 9\ninactive_file 1\ntotal_inactive_file 40000000\ntotal_active_file 10000000\n",
  };
  expect(await useOf(version1)).toBeCloseTo(0.9);
});

test.if(isLinux)("a group without a limit says nothing", async () => {
  const unlimited = {
    "/proc/meminfo": ROOMY,
    "/proc/self/cgroup": "4:memory:/\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "/sys/fs/cgroup/memory/memory.usage_in_bytes": "950000000\n",
  };
  expect(await useOf(unlimited)).toBeCloseTo(0.25);
});
