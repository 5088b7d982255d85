mkinitramfs_SRCS := $(wildcard mkinitramfs/*.c)
mkinitramfs_LIBS := kmod zstd lzma z lz4 jansson inih blkid
