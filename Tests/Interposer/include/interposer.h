// Nothing is called by name: the library is preloaded, and stands between a program and the calls that write.
void interposer_counts(long *result);
