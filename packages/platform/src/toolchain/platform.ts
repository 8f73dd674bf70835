/** How packages and archives are told apart by what they run on: "linux-x64", "darwin-arm64". */
export const platform = `${process.platform}-${process.arch}`;
