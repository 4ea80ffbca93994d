import { BlockList, isIP } from "node:net";

/** A page that lists links is not asked for whole: a researcher with many addresses reads none of them well. */
const MAX_ORIGINS = 10;

/** Addresses that are not of the public internet: IANA's special-purpose registries (RFC 6890), and multicast. */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const) {
  PRIVATE.addSubnet(network, prefix, "ipv4");
}
/** All public IPv6 addresses so far, but for those that wrap an IPv4 address (6to4, Teredo). */
const PUBLIC_IPV6 = new BlockList();
PUBLIC_IPV6.addSubnet("2000::", 3, "ipv6");
PRIVATE.addSubnet("2001::", 32, "ipv6");
PRIVATE.addSubnet("2002::", 16, "ipv6");

/** Names that only a local network resolves: RFC 6761, 6762, 8375, and what networks use by custom. */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|private|test|invalid|home\.arpa)$/;

export interface WebLinks {
  /** Such as `https://example.org`, in the order of the text. */
  readonly origins: readonly string[];
  /** Links that are not read, and why. */
  readonly notes: readonly string[];
}

/** The web origins a text links to, of which an agent may read: public ones, the first ten. */
export function webLinks(text: string): WebLinks {
  const urls = linksIn(text);
  const isPublic = (url: URL) => !isPrivateHost(url.hostname);
  const origins = [...new Set(urls.filter(isPublic).map(({ origin }) => origin))];
  const refused = [...new Set(urls.filter((url) => !isPublic(url)).map(({ host }) => host))];
  return {
    origins: origins.slice(0, MAX_ORIGINS),
    notes: [
      ...refused.map((host) => `links to ${host} are not read: it is no public address`),
      ...(origins.length > MAX_ORIGINS
        ? [`of ${origins.length} web sites only the first ${MAX_ORIGINS} are read`]
        : []),
    ],
  };
}

function linksIn(text: string): URL[] {
  return [...text.matchAll(/\bhttps?:\/\/[^\s<>"'`|\\^{}]{1,2000}/giu)].flatMap(([link]) => {
    const address = withoutClosing(link);
    return URL.canParse(address) ? [new URL(address)] : [];
  });
}

/** What closes a sentence or a Markdown link is not part of it. */
function withoutClosing(link: string): string {
  const end = link.replace(/[.,;:!?*_)\]]+$/u, "");
  return link.slice(end.length).startsWith(")") && end.includes("(") ? `${end})` : end;
}

function isPrivateHost(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, "");
  const address = name.replace(/^\[|\]$/g, "");
  switch (isIP(address)) {
    case 4:
      return PRIVATE.check(address, "ipv4");
    case 6:
      return !PUBLIC_IPV6.check(address, "ipv6") || PRIVATE.check(address, "ipv6");
    default:
      // A name without a dot is one of the local network.
      return !name.includes(".") || LOCAL_NAME.test(name);
  }
}
