/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build.h"
#include "unpack.h"

/* Larger files are a mistake, not a kernel or a ramdisk. */
#define FILE_SIZE_MAX (1ull << 32)

/* Map a whole regular file. */
static int map_file(const char *what, const char *path, void **at, size_t *size,
		    struct pav_error *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return pav_fail_errno(err, "%s %s: open", what, path);
	*at = MAP_FAILED;
	if (fstat(fd, &st) < 0)
		pav_fail_errno(err, "%s %s: stat", what, path);
	else if (!S_ISREG(st.st_mode))
		pav_fail(err, "%s %s: not a regular file", what, path);
	else if (st.st_size == 0)
		pav_fail(err, "%s %s: the file is empty", what, path);
	else if ((uint64_t)st.st_size > FILE_SIZE_MAX)
		pav_fail(err, "%s %s: larger than 4 GiB", what, path);
	else if ((*at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) ==
		 MAP_FAILED)
		pav_fail_errno(err, "%s %s: mmap", what, path);
	close(fd);
	if (*at == MAP_FAILED) {
		*at = NULL;
		return -1;
	}
	*size = (size_t)st.st_size;
	return 0;
}

static int load_kernel(const char *path, struct pav_image *image, struct pav_error *err)
{
	struct pav_payload payload;
	size_t file_size;
	void *file;
	int rc;

	if (map_file("kernel", path, &file, &file_size, err))
		return -1;
	rc = pav_payload(file, file_size, path, &payload, err);
	if (rc == 0 && strcmp(payload.format, "ELF") == 0 && payload.data == file) {
		/* Nothing to unpack: the file itself is the image. */
		image->kernel = file;
		image->kernel_size = file_size;
	} else {
		if (rc == 0)
			rc = pav_unpack_confined(&payload, path, &image->kernel,
						 &image->kernel_size, err);
		munmap(file, file_size);
	}
	if (rc == 0)
		rc = pav_elf_parse(image->kernel, image->kernel_size, path, &image->elf, err);
	return rc;
}

int pav_image_load(const struct pav_config *config, struct pav_image *image, struct pav_error *err)
{
	memset(image, 0, sizeof(*image));
	if (config->ramdisk &&
	    map_file("ramdisk", config->ramdisk, &image->ramdisk, &image->ramdisk_size, err))
		return -1;
	if (load_kernel(config->kernel, image, err))
		return -1;
	return pav_layout_plan(&image->elf, config->memory_kib >> 2, image->ramdisk_size,
			       &image->layout, err);
}

int pav_unpack_kernel(struct pav *pav, const char *path, void **elf, size_t *size)
{
	struct pav_image image = {0};

	pav_error_clear(&pav->err);
	if (load_kernel(path, &image, &pav->err)) {
		pav_image_free(&image);
		return -1;
	}
	*elf = image.kernel;
	*size = image.kernel_size;
	return 0;
}

void pav_image_free(struct pav_image *image)
{
	if (image->kernel)
		munmap(image->kernel, image->kernel_size);
	if (image->ramdisk)
		munmap(image->ramdisk, image->ramdisk_size);
	memset(image, 0, sizeof(*image));
}
