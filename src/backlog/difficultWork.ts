/** Kinds of work that go wrong when only the nearest line is looked at, by the words that speak of them. */
export const DIFFICULT_WORK: readonly (readonly [string, RegExp])[] = [
  [
    "concurrency",
    /\b(?:concurren\w*|race conditions?|deadlock\w*|threads?|threading|thread-safe\w*|mutex\w*|semaphores?|locks?|locking|lock-free|atomic\w*|parallel\w*|non-?blocking|interrupts?|real[- ]time|at the same time|(?:several|many|multiple|two) (?:workers|processes|users|writers|nodes))\b/iu,
  ],
  [
    "consistency",
    /\b(?:distributed|replicat\w*|consensus|quorum|leader|partitions?|shard\w*|failover|multi-?region|transact\w*|savepoints?|idempoten\w*|exactly[- ]once|at[- ](?:most|least)[- ]once|out of order|consisten\w*|checkpoint\w*|resum(?:e|es|ed|able)|roll(?:s|ed|ing)? ?back|recover\w*|survives?|sync(?:s|ed|hroni[sz]\w*)?|offline|conflicts?|reconcil\w*)\b/iu,
  ],
  [
    "security",
    /\b(?:auth|authenticat\w*|authori[sz]\w*|oauth\w*|sso|permissions?|revok\w*|encrypt\w*|decrypt\w*|crypto\w*|(?:digital|verif\w+|verification of|check\w*)(?: the| a)? signatures?|signature (?:checks?|verification)|constant[- ]time|tamper\w*|passwords?|passkeys?|sandbox\w*|tenan\w*|csrf|xss|injection)\b/iu,
  ],
  [
    "migration",
    /\b(?:migrat\w*|backfill\w*|schemas?|backwards?[- ]compatib\w*|downtime|existing data|data loss|legacy)\b/iu,
  ],
  [
    "design",
    /\b(?:refactor\w*|rewrit\w*|redesign\w*|restructur\w*|rework\w*|rearchitect\w*|decoupl\w*|everywhere|engines?|frameworks?|protocols?|state machines?|architectur\w*|monolith|micro-?services?|plug-?in (?:api|system)|port (?=[^.\n]{0,120} (?:from|to) ))\b/iu,
  ],
  [
    "algorithm",
    /\b(?:algorithms?|parsers?|parsing|grammars?|compilers?|compilation|interpreters?|schedul(?:er|ing)|optimi[sz]\w*|infer\w*|solvers?|path ?finding|topological|heuristics?|garbage collect\w*|incremental\w*|crdts?|index(?:er|ing)|rank(?:ing)?|statistic\w*|numeric\w*|calibrat\w*|static analysis|lint rules?|call graphs?|quer(?:y|ies) plan\w*)\b/iu,
  ],
  [
    "performance",
    /\b(?:performance|latency|p9\d|start-?up time|speed ?up|faster|throughput|memory|caches?|caching|invalidat\w*|vectori[sz]\w*|simd|gpu|fast enough|freez\w*|profil\w*|benchmark\w*|bottlenecks?)\b|\b\d[\d.,]* ?[GT]B\b|\b\d{1,3}(?:,\d{3})+ [a-z]+/iu,
  ],
  [
    "diagnosis",
    /\b(?:find out|investigat\w*|root cause|at random|randomly|intermittent\w*|flaky|sporadic\w*|leaks?|diagnos\w*|use[- ]after[- ]free)\b/iu,
  ],
  ["low level", /\b(?:kernel|device drivers?|bootloaders?|memory[- ]mapped|assembly|shaders?)\b/iu],
];
