bedplate_SRCS := $(wildcard bedplate/*.c)
bedplate_LIBS := inih jansson z
