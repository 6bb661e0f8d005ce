// libFuzzer's own loop, which the sanitizer's runtime brings.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const unsigned char *data, unsigned long size));
