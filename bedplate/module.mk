bedplate_SRCS := bedplate/main.c
bedplate_LIBS := inih
